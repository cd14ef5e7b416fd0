namespace IceSharp.Testing;

/// <summary>The certificate that a virtual stream listener shows; nothing of it is real but what a client looks at.</summary>
/// <param name="Names">The names it is for; case does not matter.</param>
public sealed record VirtualCertificate(params IReadOnlyList<string> Names)
{
    /// <summary>Whether clients trust who issued it.</summary>
    /// <value>The default is true.</value>
    public bool IsTrusted { get; init; } = true;

    /// <summary>Whether a client that connects to a name accepts it.</summary>
    /// <param name="serverName">The name that the client wants.</param>
    public bool IsValidFor(string serverName) => IsTrusted && Names.Contains(serverName, StringComparer.OrdinalIgnoreCase);
}
