namespace IceSharp.Internal.Stun;

/// <summary>Who takes what a link receives. Called by the link's receive loop, one call at a time.</summary>
internal interface IStunLinkOwner
{
    /// <summary>Takes a datagram, or the next bytes of a stream; the array is given away.</summary>
    ValueTask HandleReceivedAsync(byte[] bytes);

    /// <summary>Takes the network's word that nobody listens.</summary>
    ValueTask HandleUnreachableAsync();
}
