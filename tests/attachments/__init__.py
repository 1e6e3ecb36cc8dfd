"""Files on their way: from cameras, folders and web servers to the phone."""
