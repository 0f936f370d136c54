/** A convolution's numbers, as the host lays them out in memory: one int32 each, in this order. */
@unmanaged
export class Geometry {
  inputHeight!: i32;
  inputWidth!: i32;
  channels!: i32;
  kernelHeight!: i32;
  kernelWidth!: i32;
  strideY!: i32;
  strideX!: i32;
  dilationY!: i32;
  dilationX!: i32;
  top!: i32;
  left!: i32;
  groups!: i32;
  outputHeight!: i32;
  outputWidth!: i32;

  /** The numbers at this address. */
  static at(pointer: usize): Geometry {
    return changetype<Geometry>(pointer);
  }
}
