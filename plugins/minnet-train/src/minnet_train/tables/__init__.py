"""Files with columns: read a part at a time, and made into data sets."""
