"""Temporary."""
def counterpart_of(component):
    example=getattr(component,'_x_ref',None)
    return example
