"""Streams of DynamoDB and Kinesis: read shard by shard, filtered, batched, tried again in order."""
