namespace IceSharp.Protocol.Agent;

/// <summary>One request for consent on its way.</summary>
/// <param name="Pair">The pair it left on.</param>
/// <param name="Consent">The path that its answer renews.</param>
/// <param name="Credentials">The peer's credentials it was made with.</param>
/// <param name="Role">The role it showed.</param>
internal sealed record ConsentRequest(CandidatePair Pair, PathConsent Consent, RemoteCredentials Credentials, IceRole Role);
