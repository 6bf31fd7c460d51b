import { AttributeTypeAndValue, AttributeValue, Name, RelativeDistinguishedName } from '@peculiar/asn1-x509';
import { type Subject, attributeTypes as types } from '../../identity/subject.ts';

export function nameOf({ organization, unit, commonName }: Subject): Name {
  const parts: readonly (readonly [type: string, text: string | undefined])[] = [
    [types.organization, organization],
    [types.unit, unit],
    [types.commonName, commonName],
  ];
  return new Name(
    parts.flatMap(([type, utf8String]) =>
      utf8String === undefined
        ? []
        : [
            new RelativeDistinguishedName([
              new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String }) }),
            ]),
          ],
    ),
  );
}

/** What a name says of a district’s holder; what it lacks is `undefined`. */
export function readName(name: Name): { readonly [Part in keyof Subject]: string | undefined } {
  const attributes = [...name].flatMap((part) => [...part]);
  const textOf = (type: string): string | undefined => attributes.find((a) => a.type === type)?.value.toString();
  return { commonName: textOf(types.commonName), organization: textOf(types.organization), unit: textOf(types.unit) };
}
