"""What people see and do about campaigns and links."""
