/** Whom a certificate or request names: organization (O) is the district, unit (OU) the town. */
export type Subject = {
  readonly commonName: string;
  readonly organization: string;
  readonly unit?: string | undefined;
};

/** Attribute types of X.520. */
export const attributeTypes = { commonName: '2.5.4.3', organization: '2.5.4.10', unit: '2.5.4.11' } as const;

/** Object identifier of ecdsa-with-SHA256 (RFC 5758 §3.2), the one algorithm of a district’s certificates. */
export const ecdsaSha256 = '1.2.840.10045.4.3.2';
