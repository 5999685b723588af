package frontend

func (g *GatewayService) protocols() []string {
	var paths []string
	if g.server.OpenAI {
		paths = append(paths, "/openai/v1/*", "/endpoints/"+g.endpointName+"/openai/v1/*")
	}
	if g.server.V2Model != "" {
		paths = append(paths, "/v2/models/"+g.server.V2Model+"/infer")
	}
	return paths
}

func (g *GatewayService) preflights() bool { return len(g.server.CORSOrigins) > 0 }

func (g *GatewayService) claimsFrom() string { return g.server.ClaimsFrom }

func (g *GatewayFunction) claimsFrom() string { return "" }

func (g *GatewayFunction) protocols() []string { return nil }

func (g *GatewayFunction) preflights() bool { return false }
