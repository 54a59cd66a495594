"""Lambda's Invoke API for boto3 and the AWS CLI, as `sam local start-lambda` offers it."""
