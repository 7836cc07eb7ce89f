"""Python source in, Array IR and generated modules out: the front end, and the driver that runs the whole way."""
