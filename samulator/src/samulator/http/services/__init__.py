"""APIs that ask services of AWS without a function: the requests, as API Gateway makes them."""
