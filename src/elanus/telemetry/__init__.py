"""What a running Elanus tells the people who operate it: log lines and metrics."""
