"""The commands of minnet-torch, imported when they run."""
