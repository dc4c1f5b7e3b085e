"""What layers read of their input, and which symmetries that keeps: integers alone."""
