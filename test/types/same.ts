/** Types that must be the same: neither wider, nor narrower, nor `any`. */
type IsAny<Type> = 0 extends 1 & Type ? true : false
type Fits<Narrow, Wide> = [Narrow] extends [Wide] ? true : false

export type Same<Left, Right> = true extends Fits<Left, Right> & Fits<Right, Left>
  ? IsAny<Left> extends IsAny<Right>
    ? true
    : false
  : false

/** Never run: what differs is an error where it is called. */
export declare const same: <Left, Right>(...differs: Same<Left, Right> extends true ? [] : [Left, Right]) => void
