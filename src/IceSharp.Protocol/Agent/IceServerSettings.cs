namespace IceSharp.Protocol.Agent;

/// <summary>A STUN or TURN server to gather from, over UDP.</summary>
/// <remarks>Immutable and thread safe. <see cref="ToString"/> hides the password.</remarks>
public sealed record IceServerSettings
{
    /// <summary>What the server is asked for.</summary>
    public required IceServerKind Kind { get; init; }

    /// <summary>DNS name or IP literal (IPv6 without brackets).</summary>
    public required string Host { get; init; }

    /// <summary>UDP port; the default is 3478.</summary>
    public ushort Port { get; init; } = 3478;

    /// <summary>User of the long-term credential, prepared with OpaqueString when it is used; null for none.</summary>
    public string? Username { get; init; }

    /// <summary>Password of the long-term credential, prepared in the same way and not empty where there is a user; null for none.</summary>
    public string? Password { get; init; }

    /// <summary>"turn:relay.example.org:3478", without credentials.</summary>
    public override string ToString() =>
        $"{(Kind == IceServerKind.Turn ? "turn" : "stun")}:{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}";
}
