"""Other people's applications, started one after the other: does each fire and answer?"""
