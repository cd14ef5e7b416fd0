using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Answers Binding requests, with behaviour discovery where it is offered (RFC 8489 §6.3.1.1, RFC 5780 §6.1).</summary>
internal sealed class BindingHandler(StunTurnServerOptions options, AlternateListeners listeners, ServerResponses responses)
{
    // As long as an Ethernet's MTU; the RFC asks for that of the outgoing interface, which a machine does not know.
    private const int PaddingBytes = 1500;

    public void Handle(MonotonicTime now, in ServerRequest request, in StunReader message)
    {
        if (!options.OffersBehaviorDiscovery || !listeners.Has(request.FiveTuple.Listener))
        {
            StunWriter plain = responses.Success(request, out byte[] plainBuffer);
            plain.AddXorAddress(StunAttributeType.XorMappedAddress, request.FiveTuple.Client);
            responses.Send(now, request, ref plain, plainBuffer);
            return;
        }

        bool changeIp = false, changePort = false, pads = message.Has(StunAttributeType.Padding);
        ushort port = request.FiveTuple.Client.Port;
        bool malformed = message.TryFind(StunAttributeType.ChangeRequest, out StunAttribute change) && change.ReadChangeRequest(out changeIp, out changePort) != StunAttributeStatus.Ok;
        if (message.TryFind(StunAttributeType.ResponsePort, out StunAttribute responsePort))
        {
            // RFC 5780 §7.5: with PADDING it would let a client have somebody flooded.
            malformed |= pads || responsePort.ReadResponsePort(out port) != StunAttributeStatus.Ok || port == 0;
        }

        if (malformed)
        {
            responses.Error(now, request, 400);
            return;
        }

        SocketHandle from = listeners.Choose(request.FiveTuple.Listener, changeIp, changePort);
        StunWriter writer = responses.Success(request, out byte[] buffer);
        writer.AddXorAddress(StunAttributeType.XorMappedAddress, request.FiveTuple.Client);
        writer.AddAddress(StunAttributeType.MappedAddress, request.FiveTuple.Client);
        writer.AddAddress(StunAttributeType.ResponseOrigin, listeners.AddressOf(from));
        if (listeners.TryFindOther(request.FiveTuple.Listener, out TransportAddress other))
        {
            writer.AddAddress(StunAttributeType.OtherAddress, other);
        }

        if (pads)
        {
            writer.Reserve(StunAttributeType.Padding, PaddingBytes).Clear();
        }

        ServerRequest answered = request with { FiveTuple = new FiveTuple(from, request.FiveTuple.Client with { Port = port }) };
        responses.Send(now, answered, ref writer, buffer);
    }
}
