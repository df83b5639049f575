"""What proves the checks of ``layer_checks``, each by a function of its name."""
