using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Two agents with host candidates that have exchanged descriptions.</summary>
internal sealed class Call
{
    public Call(IceAgentMachineOptions? options = null, int components = 1, int streams = 1, string[]? left = null, string[]? right = null, IPacingGate? gate = null)
    {
        Wire = new Wire(TimeSpan.FromMilliseconds(10), gate);
        Left = Gathered("left", options ?? new(), components, streams, left ?? ["10.0.1.5"]);
        Right = Gathered("right", options ?? new(), components, streams, right ?? ["10.0.2.7"]);
        Right.Machine.SetRemoteDescription(Wire.Now, Left.Machine.CreateLocalDescription());
        Left.Machine.SetRemoteDescription(Wire.Now, Right.Machine.CreateLocalDescription());
    }

    public Wire Wire { get; }

    /// <summary>The controlling agent.</summary>
    public Wire.Station Left { get; }

    public Wire.Station Right { get; }

    public bool IsCompleted => new[] { Left, Right }.All(s => s.Machine.State == IceConnectionState.Completed);

    /// <summary>Runs to completion and a second further, and forgets the packets so far.</summary>
    public Call Complete()
    {
        Wire.RunUntil(() => IsCompleted, 5);
        Wire.Run(1);
        Wire.Trace.Clear();
        return this;
    }

    /// <summary>What one side has sent that is STUN of a kind.</summary>
    public List<Wire.Flight> Sent(Wire.Station by, StunClass kind) => [.. Wire.Trace.Where(f => f.From == by.Name && Is(f, kind))];

    public static bool Is(Wire.Flight flight, StunClass kind) => Read(flight, (in StunReader m) => m.Class == kind);

    public static bool Read(Wire.Flight flight, MessageTest test) =>
        StunReader.TryParse(flight.Bytes, out StunReader message) == StunParseStatus.Ok && test(message);

    /// <summary>A datagram reaches one side as if it came from an address.</summary>
    public DatagramVerdict Deliver(Wire.Station to, TransportAddress from, byte[] datagram)
    {
        DatagramVerdict verdict = to.Machine.HandleDatagram(Wire.Now, new TransportPath(to.FirstSocket, from), datagram);
        to.Drain();
        return verdict;
    }

    /// <summary>An answer to a request, with a password of choice.</summary>
    public static byte[] Answer(Wire.Flight request, string password, int errorCode = 0)
    {
        var buffer = new byte[300];
        using var key = StunIntegrityKey.ShortTerm(password);
        var writer = new StunWriter(buffer, StunMethod.Binding, errorCode == 0 ? StunClass.SuccessResponse : StunClass.ErrorResponse, StunTransactionId.Read(request.Bytes.AsSpan(8)));
        if (errorCode == 0)
        {
            writer.AddXorAddress(StunAttributeType.XorMappedAddress, request.Source);
        }
        else
        {
            writer.AddErrorCode(errorCode, "as the test wants");
        }

        writer.AddIntegrity(key);
        writer.AddFingerprint();
        return writer.Written.ToArray();
    }

    private Wire.Station Gathered(string name, IceAgentMachineOptions options, int components, int streams, string[] addresses)
    {
        Wire.Station station = Wire.Add(name, options, addresses);
        for (int i = 0; i < streams; i++)
        {
            station.Machine.AddDataStream($"s{i}", components);
        }

        station.Machine.StartGathering(Wire.Now);
        station.Drain();
        return station;
    }

    internal delegate bool MessageTest(in StunReader message);
}
