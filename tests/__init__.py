"""The tests; a package, lest one of this name that some wheel installs be taken for it."""
