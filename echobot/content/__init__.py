"""Files become values here, or problems with a line and a column; the only package that reads YAML."""
