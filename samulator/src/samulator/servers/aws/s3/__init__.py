"""S3 as its documentation describes it: checks before moto, and corrections of what moto keeps."""
