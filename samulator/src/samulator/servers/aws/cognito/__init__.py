"""User pools of moto: the functions that they call on AWS, and the address that they have there."""
