namespace IceSharp.Internal.Network.Streams;

/// <summary>How an agent's connections to servers are made.</summary>
/// <param name="Tls">How servers prove who they are.</param>
/// <param name="Proxy">The proxy to go through; null for none.</param>
internal sealed record StreamSecurity(IceTlsOptions Tls, IceHttpProxy? Proxy);
