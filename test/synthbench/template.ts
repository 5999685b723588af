import { readFileSync } from 'node:fs';

export interface Resource {
  type: string;
  logicalId: string;
  // The construct's own ID.
  id: string;
  properties: any;
  metadata: any;
}

// resources are those of a template of the app.
export function resources(file: string): Resource[] {
  const template = JSON.parse(readFileSync(file, 'utf8'));
  return Object.entries<any>(template.Resources).map(([logicalId, r]) => ({
    type: r.Type, logicalId, id: r.Metadata['aws:cdk:path'].split('/').pop(), properties: r.Properties,
    metadata: r.Metadata,
  }));
}

// camelCase is a value with a small first letter in the keys of all its objects.
export function camelCase(value: any): any {
  if (Array.isArray(value)) {
    return value.map(camelCase);
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k[0].toLowerCase() + k.slice(1), camelCase(v)]));
  }
  return value;
}
