"""What AWS's services keep on disk, so that it is there again after any end of the stack."""
