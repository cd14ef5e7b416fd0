using System.Text;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Turn;

/// <summary>The collaborators of one allocation machine, put together in one place.</summary>
internal sealed class TurnParts : IDisposable
{
    private const int MaxPeersBytes = 200;

    public TurnParts(TurnAllocationSettings settings, LongTermCredential? credential, TransportAddress server, SocketHandle socket, IRandomSource random)
    {
        Settings = settings;
        Server = server;
        Events = new TurnEventQueue(2 * (settings.MaxPermissions + settings.MaxChannels));
        Life = new TurnLife(Events, Relays);
        Authentication = new TurnAuthentication(credential, LongTerm(settings, credential), settings);
        Exchange = new TurnExchange(settings, Authentication, server, socket, random);
        Lease = new TurnLease(Exchange, random);
        Permissions = new TurnPermissions(Exchange, Events, Relays, settings.MaxPermissions);
        Channels = new TurnChannels(Exchange, Events, Relays, settings.MaxChannels);
        Mobility = new TurnMobility(Exchange, Events);
        Connections = new TurnConnections(settings, Exchange, Events, Life, Permissions);
        Data = new TurnDataPath(settings, Permissions, Channels, Events, random);
    }

    public TurnAllocationSettings Settings { get; }

    public TransportAddress Server { get; }

    public TurnRelays Relays { get; } = new();

    public TurnEventQueue Events { get; }

    public TurnLife Life { get; }

    public TurnAuthentication Authentication { get; }

    public TurnExchange Exchange { get; }

    public TurnLease Lease { get; }

    public TurnPermissions Permissions { get; }

    public TurnChannels Channels { get; }

    public TurnMobility Mobility { get; }

    public TurnConnections Connections { get; }

    public TurnDataPath Data { get; }

    public void Dispose() => Exchange.Dispose();

    // What a challenge may take up, so that the answer to it still fits: 100 bytes stand for headers, integrity and small attributes.
    private static LongTermSettings LongTerm(TurnAllocationSettings settings, LongTermCredential? credential)
    {
        int softwareBytes = StunTextLimits.CountBytes(StunAttributeType.Software, settings.Software, nameof(settings));
        int usernameBytes = credential is null ? 0 : Math.Max(LongTermKey.UserHashBytes, Encoding.UTF8.GetByteCount(credential.Username));
        return new LongTermSettings
        {
            AlgorithmChoice = PasswordAlgorithmChoice.Strongest,
            RequiresUsernameAnonymity = settings.RequiresUsernameAnonymity,
            MaxChallengeBytes = TurnAllocationMachine.MaxRequestBytes - MaxPeersBytes - softwareBytes - usernameBytes - 100,
        };
    }
}
