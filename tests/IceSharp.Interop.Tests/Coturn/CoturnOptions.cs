using System.Security.Cryptography.X509Certificates;

namespace IceSharp.Interop.Tests.Coturn;

/// <summary>How a test wants its coturn.</summary>
internal sealed record CoturnOptions
{
    /// <summary>Address it listens on and relays from. Never a wildcard: its answers would come from whichever address the route picks.</summary>
    public string Address { get; init; } = "127.0.0.1";

    /// <summary>An IPv6 address that it listens on and relays from too; null for none.</summary>
    public string? AddressV6 { get; init; }

    /// <summary>Whether it relays TCP (RFC 6062).</summary>
    public bool RelaysTcp { get; init; }

    /// <summary>The port to listen on; 0 picks a free one.</summary>
    public int Port { get; init; }

    /// <summary>The port to offer TLS on; 0 picks a free one.</summary>
    public int TlsPort { get; init; }

    public string User { get; init; } = "alice";

    public string Password { get; init; } = "correct horse";

    public string Realm { get; init; } = "icesharp.test";

    /// <summary>Whether it listens on TCP too, on the port of UDP.</summary>
    public bool OffersTcp { get; init; }

    /// <summary>A certificate with its private key to offer TLS with; null for none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Further command line options, for what a single test is after.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];

    /// <summary>When it ends by itself at the latest.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(3);
}
