"""Does not parse."""


def handler(event, context)
    return 1
