using System.Diagnostics;
using System.Net;
using IceSharp.Protocol.Stun;

namespace IceSharp.Doctor.Turn;

/// <summary>One server over one transport: an allocation, and a datagram that goes through it and back.</summary>
internal sealed record TurnTrial
{
    private const int Probes = 5;
    private static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(1);

    public required StunUri Uri { get; init; }

    public required StunUriTransport Transport { get; init; }

    public IPEndPoint? Server { get; init; }

    public IPEndPoint? RelayedAddress { get; init; }

    public IPEndPoint? MappedAddress { get; init; }

    public TimeSpan? Lifetime { get; init; }

    /// <summary>From the first packet, connecting and TLS included, to the relayed address.</summary>
    public TimeSpan? AllocateTime { get; init; }

    /// <summary>The fastest way of a datagram to the relayed address and back; null when none came back.</summary>
    public TimeSpan? RelayTime { get; init; }

    /// <summary>What failed; null when nothing did.</summary>
    public TurnException? Fault { get; init; }

    public bool Works => Fault is null && RelayTime is not null;

    /// <summary>What came of it, in one sentence.</summary>
    public string Sentence => this switch
    {
        { Fault: { } fault } => fault.Message.Split(Environment.NewLine)[0],
        { RelayTime: null } => "There is a relayed address, but no probe came back through it: a firewall at the server, or one that forbids peers at its own address.",
        _ => "Relays.",
    };

    public static async Task<TurnTrial> RunAsync(TurnClientOptions options, IceServer server, StunUriTransport transport, CancellationToken cancellationToken)
    {
        var trial = new TurnTrial { Uri = server.Uri, Transport = transport };
        await using var client = new TurnClient(options with { Transports = [transport] });
        long start = Stopwatch.GetTimestamp();
        try
        {
            await using TurnAllocation relay = await client.AllocateAsync(server, null, cancellationToken);
            trial = trial with
            {
                Server = relay.Server,
                RelayedAddress = relay.RelayedAddress,
                MappedAddress = relay.MappedAddress,
                Lifetime = relay.Lifetime,
                AllocateTime = Stopwatch.GetElapsedTime(start),
            };
            return trial with { RelayTime = await ProbeAsync(relay, cancellationToken) };
        }
        catch (TurnException e)
        {
            return trial with { Fault = e };
        }
    }

    // To itself: what leaves the relayed address for the relayed address comes back as a datagram of a peer.
    private static async Task<TimeSpan?> ProbeAsync(TurnAllocation relay, CancellationToken cancellationToken)
    {
        await relay.PermitAsync(relay.RelayedAddress, cancellationToken);
        TimeSpan? fastest = null;
        byte[] buffer = new byte[64];
        for (byte i = 0; i < Probes; i++)
        {
            using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            late.CancelAfter(ProbePatience);
            long start = Stopwatch.GetTimestamp();
            try
            {
                await relay.SendToAsync(new byte[] { i, 0x1c, 0xe5 }, relay.RelayedAddress, late.Token);
                while ((await relay.ReceiveFromAsync(buffer, late.Token)).Length != 3 || buffer[0] != i)
                {
                    // An earlier probe that was late.
                }

                TimeSpan took = Stopwatch.GetElapsedTime(start);
                fastest = fastest is { } best && best < took ? best : took;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
            }
        }

        return fastest;
    }
}
