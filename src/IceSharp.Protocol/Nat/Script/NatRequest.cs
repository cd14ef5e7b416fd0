using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Nat;

/// <summary>Encodes the request of a step.</summary>
internal static class NatRequest
{
    public static int Write(Span<byte> buffer, AskStep step, NatProbeSettings settings, StunTransactionId id, LongTermAuthenticator? authenticator, LongTermAttempt attempt)
    {
        StunWriter writer = new(buffer, StunMethod.Binding, StunClass.Request, id);
        if (step.ChangesSource)
        {
            writer.AddChangeRequest(step.ChangeIp, step.ChangePort);
        }

        if (step.ResponsePort is { } port)
        {
            writer.AddUInt16(StunAttributeType.ResponsePort, port);
        }
        else if (step.PaddingBytes > 0)
        {
            // Never together with RESPONSE-PORT: that would make the server a cannon (RFC 5780 §7.5).
            writer.Reserve(StunAttributeType.Padding, step.PaddingBytes).Clear();
        }

        if (settings.Software is { } software)
        {
            writer.AddText(StunAttributeType.Software, software);
        }

        authenticator?.Write(ref writer, attempt);
        if (settings.UsesFingerprint)
        {
            writer.AddFingerprint();
        }

        return writer.Length;
    }
}
