"""The subcommands of ``minnet`` that train, one to a file."""
