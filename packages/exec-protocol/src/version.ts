/** The version of Holdfast that this package belongs to. */
export const VERSION = '0.1.0';
