namespace IceSharp.Protocol.Nat;

/// <summary>Whether a probe could observe anything.</summary>
public enum NatProbeOutcome
{
    /// <summary>At least one server answered; what each test told stands in the report.</summary>
    Completed,

    /// <summary>No server answered: UDP is blocked, or none of them lives.</summary>
    NoConnectivity,

    /// <summary>Servers answered, but none with an address: errors, redirections, or credentials that are missing or refused.</summary>
    ServerFailed,

    /// <summary>The host had no socket for a test.</summary>
    LocalFailure,
}
