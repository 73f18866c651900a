/** Somebody who entered an audience, or left it. */
export interface Move {
  audienceId: number;
  personId: string;
  entered: boolean;
}

/** When somebody is to be judged again. */
export interface Due {
  audienceId: number;
  personId: string;
  at: Date;
}
