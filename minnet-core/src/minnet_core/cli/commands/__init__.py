"""The core's own subcommands of ``minnet``, one to a file, each imported when it runs."""
