using IceSharp.Protocol.Stun;
using IceSharp.Testing;

namespace IceSharp.Tests.Turn;

/// <summary>The test server with one user, and a client that trusts it.</summary>
internal static class TurnBench
{
    public const string User = "alice", Password = "correct horse";

    public static Task<LoopbackStunTurnServer> StartAsync(ushort port = 0, Func<StunTurnServerOptions, StunTurnServerOptions>? configure = null)
    {
        StunTurnServerOptions server = new() { Users = new Dictionary<string, string> { [User] = Password } };
        return LoopbackStunTurnServer.StartAsync(new LoopbackServerOptions { Port = port, UseTls = true, Server = configure?.Invoke(server) ?? server });
    }

    public static TurnClientOptions Options(LoopbackStunTurnServer server) => new()
    {
        Tls = new IceTlsOptions { TrustedRoots = [server.Certificate!], VerificationName = "localhost", RevocationMode = System.Security.Cryptography.X509Certificates.X509RevocationMode.NoCheck },
    };

    public static TurnClient Client(LoopbackStunTurnServer server) => new(Options(server));

    public static IceServer Server(LoopbackStunTurnServer server, StunUriTransport transport, string password = Password) => IceServer.Turn(
        transport switch
        {
            StunUriTransport.Tcp => server.TurnTcpUri!,
            StunUriTransport.Tls => server.TurnsUri!,
            _ => server.TurnUri,
        },
        User,
        password);
}
