using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.Protocol.Tests.Transactions;

namespace IceSharp.Protocol.Tests.Client;

/// <summary>A client machine in virtual time, with what it sends and how its requests end.</summary>
internal sealed class ClientBench : IDisposable
{
    public static readonly SocketHandle Socket = new(3);
    public static readonly TransportAddress Server = TransportAddress.Parse("192.0.2.10:3478");
    public static readonly TransportAddress Mapped = TransportAddress.Parse("203.0.113.1:5000");
    public static readonly TransportPath FromServer = new(Socket, Server);

    private readonly byte[] _buffer = new byte[StunClientMachine.MaxMessageBytes];

    public ClientBench(StunClientSettings? settings = null, StunLinkKind kind = StunLinkKind.Datagram, IRtoCache? rtos = null, TransportAddress? server = null) =>
        Machine = new StunClientMachine(settings ?? new(), kind, server ?? Server, Socket, new ScriptedRandomSource(), rtos, "stun.example.org");

    public StunClientMachine Machine { get; }

    public static MonotonicTime At(double milliseconds) => MonotonicTime.Zero + TimeSpan.FromMilliseconds(milliseconds);

    public static byte[] Success(byte[] request) =>
        Credentials.CredentialBench.Success(request, attributes: (ref StunWriter w) => w.AddXorAddress(StunAttributeType.XorMappedAddress, Mapped));

    public long Start(double ms)
    {
        Machine.TryStartBinding(At(ms), out long id).Should().BeTrue();
        return id;
    }

    public byte[]? Next(double ms) => Machine.TryGetTransmit(At(ms), _buffer, out Transmit transmit) ? _buffer[..transmit.Length] : null;

    public List<byte[]> All(double ms)
    {
        List<byte[]> sent = [];
        while (Next(ms) is { } message)
        {
            sent.Add(message);
        }

        return sent;
    }

    public DatagramVerdict Answer(double ms, byte[] response, TransportPath? path = null) => Machine.HandleDatagram(At(ms), path ?? FromServer, response);

    public StunRequestOutcome? Outcome() => Machine.TryGetOutcome(out StunRequestOutcome? outcome) ? outcome : null;

    /// <summary>Runs the clock until there is nothing to wait for.</summary>
    /// <returns>When which message was sent, in milliseconds.</returns>
    public List<(double At, byte[] Message)> RunOut()
    {
        List<(double, byte[])> sent = [];
        for (int i = 0; i < 1000 && !Machine.NextTimeout.At.IsNever; i++)
        {
            MonotonicTime now = Machine.NextTimeout.At;
            Machine.HandleTimeout(now);
            double ms = (now - MonotonicTime.Zero).TotalMilliseconds;
            sent.AddRange(All(ms).Select(m => (ms, m)));
        }

        return sent;
    }

    /// <summary>Lets the next deadline come.</summary>
    public List<(double At, byte[] Message)> RunOutOneStep()
    {
        MonotonicTime now = Machine.NextTimeout.At;
        if (now.IsNever)
        {
            return [];
        }

        Machine.HandleTimeout(now);
        double ms = (now - MonotonicTime.Zero).TotalMilliseconds;
        return [.. All(ms).Select(m => (ms, m))];
    }

    public void Dispose() => Machine.Dispose();
}
