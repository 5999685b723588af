// An environment, as test/synthbench/main.go describes it.
export interface Environment {
  name: string;
  account: string;
  region: string;
  cidr: string;
  zones: string[];
  subnets: { public: string; private: string }[];
  image: string;
  bucket: string;
  key: string;
  endpoint: string;
  instanceType: string;
  certificate: string;
  // The gateway's compiled program, in a folder.
  code: string;
  // The app's template of the monitoring stack.
  monitoring: string;
  // What the template of the inference stack says of the scaling.
  scaling: string;
}
