using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Nat;

/// <summary>A datagram that the probe sent, and the answers that a server may make of it.</summary>
internal sealed record ProbeRequest(MonotonicTime At, SocketHandle Socket, TransportAddress Source, TransportAddress Destination, byte[] Datagram)
{
    public bool ChangeIp => Change().Ip;

    public bool ChangePort => Change().Port;

    public string? ChangeText => (ChangeIp, ChangePort) switch { (true, true) => "ip+port", (true, _) => "ip", (_, true) => "port", _ => null };

    public ushort? ResponsePort => Read().TryFind(StunAttributeType.ResponsePort, out StunAttribute a) && a.ReadResponsePort(out ushort port) == StunAttributeStatus.Ok ? port : null;

    public int PaddingBytes => Read().TryFind(StunAttributeType.Padding, out StunAttribute a) ? a.Value.Length : 0;

    public StunReader Read()
    {
        StunReader.TryParse(Datagram, out StunReader message).Should().Be(StunParseStatus.Ok);
        return message;
    }

    public ProbeReply Success(TransportAddress mapped, TransportAddress? other = null, TransportAddress? plain = null, TransportAddress? source = null)
    {
        StunWriter writer = new(new byte[4096], StunMethod.Binding, StunClass.SuccessResponse, Read().TransactionId);
        writer.AddXorAddress(StunAttributeType.XorMappedAddress, mapped);
        if (plain is { } p)
        {
            writer.AddAddress(StunAttributeType.MappedAddress, p);
        }

        if (other is { } o)
        {
            writer.AddAddress(StunAttributeType.OtherAddress, o);
        }

        if (PaddingBytes > 0)
        {
            writer.Reserve(StunAttributeType.Padding, PaddingBytes).Clear();
        }

        return new ProbeReply(Socket, source ?? Destination, writer.Written.ToArray());
    }

    public ProbeReply Error(int code)
    {
        StunWriter writer = new(new byte[512], StunMethod.Binding, StunClass.ErrorResponse, Read().TransactionId);
        writer.AddErrorCode(code, "no");
        return new ProbeReply(Socket, Destination, writer.Written.ToArray());
    }

    private (bool Ip, bool Port) Change() =>
        Read().TryFind(StunAttributeType.ChangeRequest, out StunAttribute a) && a.ReadChangeRequest(out bool ip, out bool port) == StunAttributeStatus.Ok ? (ip, port) : default;
}
