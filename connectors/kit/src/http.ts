/** One HTTP call as a connector makes it. The host adds the connection pool and the time limit. */
export interface HttpRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

export interface HttpResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Throws `RetryLater` where no answer came: `applied` says whether the request may have been carried out. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;
