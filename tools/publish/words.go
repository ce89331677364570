package publish

// What a card or a notice says where the vendor's client has no words of its own.
const (
	sayLooking       = "Nobody said whether it worked. I look whether the post is there before anything is done again."
	sayQuota         = "This account has reached Instagram's limit of posts for a day. The post goes out by itself when there is room again."
	sayRenew         = "Instagram did not get the post ready. I prepare it once more."
	sayNotConnected  = "The restaurant is not connected to Facebook any more. Send a connection link, then try again."
	sayBroken        = "Facebook lets us publish no more. Send the restaurant a new connection link; the post goes out by itself once they have connected."
	sayOther         = "The restaurant is now connected to another account than the one this post was approved for. Have the post written anew."
	sayOurs          = "This waits because of a setting on our side. Please tell the operator."
	sayPictureGone   = "The picture that was approved is not there any more. Have the post written anew."
	sayCannotLook    = "I could not find out whether the post is there: nobody said so, and the account cannot be looked at. Please look yourself."
	saySeveral       = "I could not find out whether the post is there: more than one on the account could be it. Please look yourself."
	sayAgainAndAgain = "The post was sent several times without an answer, and is not to be seen there. Please look yourself before it is sent again."
)
