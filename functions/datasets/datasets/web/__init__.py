"""HTTP as API Gateway brings it: requests, answers, problems, who may."""
