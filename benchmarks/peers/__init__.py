"""One module for each peer: ``prepare(workload)`` returns a `Job`, ``versions()`` what is at work."""
