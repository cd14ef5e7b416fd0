namespace IceSharp.Protocol.Turn;

/// <summary>What a <see cref="TurnAllocationMachine"/> asks its host for.</summary>
public enum TurnHostRequestKind
{
    /// <summary>An access token for a server; answered by <see cref="TurnAllocationMachine.HandleAccessToken"/>.</summary>
    AccessToken,

    /// <summary>A credential in place of one that the server takes no longer; answered by <see cref="TurnAllocationMachine.HandleCredential"/>.</summary>
    Credential,
}
