/**
 * Where somebody was, as far as a request told. From an address of the internet
 * alone no place follows: there is no geo database here.
 */
export interface Location {
  ip?: string;
  name?: string;
  city?: string;
  region?: string;
  country?: string;
  /** Degrees. */
  latitude?: number;
  longitude?: number;
  /** Such as "Europe/Lisbon". */
  timezone?: string;
}
