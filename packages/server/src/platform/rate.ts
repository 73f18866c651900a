/** At most so many in so many seconds. */
export interface Rate {
  count: number;
  seconds: number;
}

const COUNT_MAX = 1_000_000;
const SECONDS_MAX = 86_400;

/** Rates as a setting names them, `2000/10,6000/60`; undefined where it can not be read. */
export function ratesFrom(text: string): Rate[] | undefined {
  const rates = text.split(',').map((one) => {
    const [, count, seconds] = /^\s*(\d{1,7})\s*\/\s*(\d{1,5})\s*$/.exec(one) ?? [];
    return { count: Number(count), seconds: Number(seconds) };
  });
  const fits = ({ count, seconds }: Rate): boolean =>
    count >= 1 && count <= COUNT_MAX && seconds >= 1 && seconds <= SECONDS_MAX;
  return rates.every(fits) ? rates : undefined;
}
