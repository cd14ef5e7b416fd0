using System.Security.Cryptography.X509Certificates;

namespace IceSharp.Testing;

/// <summary>Settings of a <see cref="LoopbackStunTurnServer"/>.</summary>
/// <remarks>Immutable. Holds passwords, which <see cref="ToString"/> does not show.</remarks>
public sealed record LoopbackServerOptions
{
    /// <summary>Who may use the relay: user names with their passwords.</summary>
    /// <value>Null, the default, takes those of <see cref="Server"/>, which has none unless told.</value>
    public IReadOnlyDictionary<string, string>? Users { get; init; }

    /// <summary>The realm of the credentials.</summary>
    /// <value>Null, the default, takes that of <see cref="Server"/>: "example.org" unless told.</value>
    public string? Realm { get; init; }

    /// <summary>UDP port to listen on, and TCP port where <see cref="UseTcp"/> is set.</summary>
    /// <value>0, the default, lets the system choose a free one; TCP then has the same number where that is free.</value>
    public ushort Port { get; init; }

    /// <summary>Whether to listen on TCP too.</summary>
    /// <value>The default is true.</value>
    public bool UseTcp { get; init; } = true;

    /// <summary>Whether to listen on TLS over TCP too.</summary>
    /// <value>The default is false.</value>
    public bool UseTls { get; init; }

    /// <summary>TCP port for TLS.</summary>
    /// <value>0, the default, lets the system choose a free one.</value>
    public ushort TlsPort { get; init; }

    /// <summary>Certificate with private key for TLS; it stays the caller's.</summary>
    /// <value>Null, the default, makes one for localhost, 127.0.0.1 and ::1 that nobody else has signed: <see cref="LoopbackStunTurnServer.Certificate"/>.</value>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether to listen on ::1 too, where the system has it.</summary>
    /// <value>The default is true.</value>
    public bool UseIPv6 { get; init; } = true;

    /// <summary>Everything else that the server offers.</summary>
    public StunTurnServerOptions Server { get; init; } = new();

    /// <summary>Port and number of users, without secrets.</summary>
    public override string ToString() => $"LoopbackServerOptions(port {Port}, {ToServerOptions()})";

    internal StunTurnServerOptions ToServerOptions() => Server with { Users = Users ?? Server.Users, Realm = Realm ?? Server.Realm };
}
